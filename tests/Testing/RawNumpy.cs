using System.Text;

namespace SaeSharp.Testing;

/// <summary>NumPy arrays put together by hand.</summary>
internal static class RawNumpy
{
    /// <summary>A version 1 array: <c>Array("&lt;f4", "(2, 3)", data)</c>.</summary>
    public static byte[] Array(string type, string shape, byte[] data, bool fortran = false) =>
        File($"{{'descr': '{type}', 'fortran_order': {(fortran ? "True" : "False")}, 'shape': {shape}, }}", data);

    public static byte[] File(string header, byte[] data)
    {
        var text = Encoding.Latin1.GetBytes(header.PadRight((header.Length + 11 + 63) / 64 * 64 - 11) + "\n");
        return [0x93, .. "NUMPY"u8, 1, 0, .. BitConverter.GetBytes((ushort)text.Length), .. text, .. data];
    }
}
