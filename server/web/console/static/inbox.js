// The list by keyboard: J/K or arrows move the row, Enter opens, X marks, A opens the batch bar, digits insert a sentence.
(function () {
  "use strict";
  var rows = Array.prototype.slice.call(document.querySelectorAll("table.cases tbody tr")), at = -1;
  document.querySelectorAll(".keys").forEach(function (part) { part.hidden = false; });

  function move(by) {
    if (!rows.length) return;
    if (at >= 0) rows[at].classList.remove("at");
    at = Math.min(rows.length - 1, Math.max(0, at + by));
    rows[at].classList.add("at");
    // The row's own link takes the focus, so that Enter opens it and a screen reader says it.
    rows[at].querySelector("a").focus();
    rows[at].scrollIntoView({ block: "nearest" });
  }
  function mark() {
    var box = at >= 0 && rows[at].querySelector("[name=case]");
    if (box) box.checked = !box.checked;
  }
  function openBatch() {
    var bar = document.getElementById("batch");
    if (!bar) return;
    bar.open = true;
    bar.querySelector("[name=action]").focus();
  }
  function insert(words) {
    var field = document.getElementById("opinion");
    if (!field) return;
    field.value += words;
    field.focus();
  }
  document.querySelectorAll("[data-opinion]").forEach(function (button) {
    button.addEventListener("click", function () { insert(button.dataset.opinion); });
  });
  rows.forEach(function (row, index) {
    row.addEventListener("focusin", function () {
      if (at >= 0) rows[at].classList.remove("at");
      at = index;
      row.classList.add("at");
    });
  });
  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest("textarea, select, input");
    if (event.isComposing || event.altKey || event.metaKey || event.ctrlKey) return;
    if (typing && typing.type !== "checkbox") return;
    var key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    if (key === "J" || key === "ArrowDown") move(1);
    else if (key === "K" || key === "ArrowUp") move(-1);
    else if (key === "X") mark();
    else if (key === "A") openBatch();
    else if (/^[1-9]$/.test(key)) {
      var bar = document.getElementById("batch"), sentence = document.querySelectorAll("[data-opinion]")[Number(key) - 1];
      if (!bar || !bar.open || !sentence) return;
      insert(sentence.dataset.opinion);
    }
    else return;
    event.preventDefault();
  });
})();
