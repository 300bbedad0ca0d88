namespace SaeSharp.Web.Tests.Security;

/// <summary>Texts that would be more than text on a careless page. Each that makes an element gives it the attribute <c>pwned</c>, each that runs sets <c>window.pwned</c> or opens a dialog.</summary>
internal static class Payloads
{
    private static readonly string[] Elements =
    [
        "<script pwned>pwned=1</script>", "<img pwned src=x onerror=pwned=1>", "<svg pwned onload=pwned=1>", "<svg pwned><script>alert(1)</script></svg>", "<iframe pwned srcdoc='<script>parent.pwned=1</script>'></iframe>", "<body pwned onload=alert(1)>",
        "<details pwned open ontoggle=pwned=1>", "<video pwned src=x onerror=alert(1)></video>", "<a pwned href=javascript:alert(1)>x</a>", "<object pwned data=javascript:alert(1)></object>", "<embed pwned src=javascript:alert(1)>",
        "<style pwned>*{display:none}</style>", "<link pwned rel=stylesheet href=//evil.test/x.css>", "<meta pwned http-equiv=refresh content='0;url=//evil.test'>", "<form pwned action=//evil.test><button>x</button></form>", "<base pwned href=//evil.test/>",
        "<math pwned><mtext><style><img src=x onerror=alert(1)></style></mtext></math>", "<template pwned><img src=x onerror=alert(1)></template>", "<input pwned autofocus onfocus=pwned=1>", "<marquee pwned onstart=pwned=1>x</marquee>", "<button pwned popover=auto>x</button>", "<ScRiPt pwned>pwned=1</sCrIpT>",
    ];

    private static readonly string[] Breakers = ["", "\">", "'>", "</textarea>", "</script>", "</title>", "-->", "]]>"];

    private static readonly string[] Others =
    [
        "\" onmouseover=\"pwned=1", "' onmouseover='pwned=1", "\" autofocus onfocus=pwned=1 x=\"", "` onclick=pwned=1 `", "\" style=\"position:fixed;inset:0\" pwned=\"", "x\" pwned x=\"", "x' pwned x='", "&quot; pwned &quot;", "&lt;img pwned src=x onerror=alert(1)&gt;", "&#60;script&#62;pwned=1&#60;/script&#62;",
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:msgbox(1)", "//evil.test/x.js", "https://evil.test", "\\\\evil.test\\share", "file:///etc/passwd",
        "{{7*7}}", "${7*7}", "@(7*7)", "@{ throw null; }", "<%= 7*7 %>", "#{7*7}", "[[7*7]]", "{0}{1}{99}", "%s%n%x", "$(reboot)", "`reboot`", "'; DROP TABLE remarks; --", "\" OR 1=1 --", "%00", "%3Cscript%3Ealert(1)%3C/script%3E",
        "\u202egnp.exe", "a\u202eb\u202cc", "\u2066x\u2069", "\u200bx\u200b", "\ufeffx", "x\u00adx", "\u061cx", "\u001b[31mred\u001b[0m", "\u001b]0;title\u0007", "a\u0008\u0008b", "a\rb", "line\nline", "\ud83d\udc68\u200d\ud83d\udc69", "e\u0301\u0301\u0301\u0301", "\ufffd",
        "=HYPERLINK(\"//evil.test\")", "+1+1", "-->", "]]>", "<!--", "<![CDATA[", "</p></main></body></html>",
    ];

    /// <summary>All of them, the long ones last.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Breakers.SelectMany(breaker => Elements.Select(element => breaker + element)), .. Others, .. Elements[..2].Select(element => new string('x', 300) + element), new string('<', 400), new string('\u202e', 200)];
}
