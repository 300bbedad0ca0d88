// Switches the colours (system, light, dark), remembers the choice, turns pages by the keyboard, and keeps the address in step with what a page shows.
(() => {
    const order = ["system", "light", "dark"];
    document.addEventListener("click", event => {
        if (!event.target.closest?.(".theme")) return;
        const root = document.documentElement;
        const next = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
        root.dataset.theme = next;
        document.cookie = `theme=${next};path=/;max-age=31536000;samesite=strict`;
    });
    // In a row of pages the arrow keys turn the page, unless something that has the focus needs them.
    document.addEventListener("keydown", event => {
        const rel = { ArrowLeft: "prev", ArrowRight: "next" }[event.key];
        if (!rel || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.target.closest?.("input, textarea, select, .map, .scroll, [contenteditable]")) return;
        document.querySelector(`nav[data-arrows] a[rel=${rel}]`)?.click();
    });
    window.saesharp = { replaceUrl: url => history.replaceState(history.state, "", url) };
})();
