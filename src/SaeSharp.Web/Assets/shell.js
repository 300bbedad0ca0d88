// Switches the colours (system, light, dark), remembers the choice, and keeps the address in step with what a page shows.
(() => {
    const order = ["system", "light", "dark"];
    document.addEventListener("click", event => {
        if (!event.target.closest?.(".theme")) return;
        const root = document.documentElement;
        const next = order[(order.indexOf(root.dataset.theme) + 1) % order.length];
        root.dataset.theme = next;
        document.cookie = `theme=${next};path=/;max-age=31536000;samesite=strict`;
    });
    window.saesharp = { replaceUrl: url => history.replaceState(history.state, "", url) };
})();
