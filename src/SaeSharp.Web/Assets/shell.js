// Switches the colours (system, light, dark), remembers the choice, keeps the address in step with what a page shows, and lets the keyboard search and turn pages.
(() => {
    const order = ["system", "light", "dark"];
    document.addEventListener("click", event => {
        if (!event.target.closest?.(".theme")) return;
        const root = document.documentElement;
        const next = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
        root.dataset.theme = next;
        document.cookie = `theme=${next};path=/;max-age=31536000;samesite=strict`;
    });
    // "/" goes to the search box, arrows walk through what was found, Enter opens it.
    document.addEventListener("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const here = event.target, typing = here.matches?.("input, textarea, select, [contenteditable]"), box = document.querySelector("[data-search]");
        if (event.key === "/" && !typing) {
            event.preventDefault();
            if (box) { box.focus(); box.select?.(); } else location.href = "/search";
        } else if (event.key === "Enter" && !event.shiftKey && here.matches?.("textarea[data-search]")) {
            event.preventDefault();
            here.form.requestSubmit();
        } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
            const found = [...document.querySelectorAll("[data-result]")], at = found.indexOf(here.closest?.("[data-result]") ?? null);
            if (found.length === 0 || (at < 0 && !(here === box && event.key === "ArrowDown" && box.value.indexOf("\n", box.selectionEnd) < 0))) return;
            event.preventDefault();
            const next = at + (event.key === "ArrowDown" ? 1 : -1);
            (next < 0 ? box : found[Math.min(next, found.length - 1)]).focus();
        }
    });
    // In a row of pages the arrow keys turn the page, unless something that has the focus needs them.
    document.addEventListener("keydown", event => {
        const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
        if (!rel || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest?.("input, textarea, select, .map, .scroll, [contenteditable]")) return;
        document.querySelector(`nav[data-arrows] a[rel=${rel}]`)?.click();
    });
    const offer = (name, blob) => {
        const link = document.createElement("a");
        link.href = URL.createObjectURL(blob);
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    };
    window.saesharp = {
        replaceUrl: url => history.replaceState(history.state, "", url),
        save: (name, type, text) => offer(name, new Blob([text], { type })),
        // A picture in pixels, two to each of its own, so that it stays sharp on paper.
        savePicture: async (name, svg) => {
            const image = new Image();
            image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
            await image.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [2 * image.width, 2 * image.height];
            canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
            offer(name, await new Promise(done => canvas.toBlob(done, "image/png")));
        },
    };
})();
