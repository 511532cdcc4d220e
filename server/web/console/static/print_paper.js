// The print window opens once every page's picture is there.
window.addEventListener("load", function () { window.print(); });
