namespace SaeSharp.Architecture.Tests;

public sealed class TypeDeclarationTests
{
    [Theory]
    [InlineData("public class A { }", "N.A")]
    [InlineData("internal record B(int X);", "N.B")]
    [InlineData("public record class C;", "N.C")]
    [InlineData("public sealed class D { private class E { } }", "N.E")]
    [InlineData("[Fact] public partial class F { }", "N.F")]
    public void An_open_class_is_seen(string text, string name) =>
        Assert.Equal([name], TypeDeclaration.In("a.cs", "namespace N;\n" + text).Where(type => !type.IsClosed).Select(type => type.Name));

    [Theory]
    [InlineData("public sealed class A { }")]
    [InlineData("public abstract partial class A { }")]
    [InlineData("internal static class A { }")]
    [InlineData("public readonly record struct A(int X);")]
    [InlineData("public struct A { }")]
    [InlineData("// public class A { }")]
    [InlineData("/* class A */ /// <summary>A class B.</summary>")]
    [InlineData("""sealed class A { string s = "public class B { }"; char c = '"'; } // class C""")]
    [InlineData("sealed class A<T> where T : class { T? record; }")]
    public void What_is_closed_or_is_no_class_is_not(string text) =>
        Assert.DoesNotContain(TypeDeclaration.In("a.cs", "namespace N;\n" + text), type => !type.IsClosed);
}
