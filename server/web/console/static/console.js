// Shortcuts, tabs without reloading, page turning, zoom and turning a sheet. Without this file every link and form still works.
(function () {
  "use strict";
  var steps = [0.5, 0.75, 1, 1.5, 2, 3];
  var page = document.querySelector(".papers");
  if (!page) return;

  document.querySelectorAll(".lens, .keys").forEach(function (part) { part.hidden = false; });

  // Tabs: what was typed on the right must not be lost by looking at another paper.
  function openTab(name) {
    page.querySelectorAll("[data-pane]").forEach(function (pane) { pane.hidden = pane.dataset.pane !== name; });
    page.querySelectorAll("[data-tab]").forEach(function (tab) {
      if (tab.dataset.tab === name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    });
    fit(viewer());
  }
  page.querySelectorAll("[data-tab]").forEach(function (tab) {
    tab.addEventListener("click", function (event) {
      if (event.ctrlKey || event.shiftKey || event.metaKey) return;
      event.preventDefault();
      openTab(tab.dataset.tab);
    });
  });

  function viewer() { return page.querySelector(".viewer:not([hidden])"); }

  function turn(pane, by) {
    var last = Number(pane.dataset.pages), now = Number(pane.dataset.page);
    var next = Math.min(last, Math.max(1, now + by));
    if (next === now) return;
    var image = pane.querySelector("img");
    pane.dataset.page = next;
    image.src = image.src.replace(/\d+\.png$/, next + ".png");
    image.alt = image.dataset.name + "，第" + next + "页";
    pane.querySelector("[data-count]").textContent = "第 " + next + " / " + last + " 页";
    pane.querySelector(".desktop").scrollTop = 0;
  }
  page.querySelectorAll("[data-turn]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      event.preventDefault();
      turn(link.closest(".viewer"), Number(link.dataset.turn));
    });
  });

  // A sheet is shown whole at first; zoom counts from there.
  function fit(pane) {
    if (!pane) return;
    var image = pane.querySelector("img"), desk = pane.querySelector(".desktop");
    if (!image.naturalWidth || !desk.clientWidth) return;
    var turned = (Number(pane.dataset.angle || 0) / 90) % 2 === 1;
    var wide = turned ? image.naturalHeight : image.naturalWidth;
    var tall = turned ? image.naturalWidth : image.naturalHeight;
    var whole = Math.min((desk.clientWidth - 22) / wide, (desk.clientHeight - 22) / tall, 1);
    var scale = whole * steps[Number(pane.dataset.zoom || 2)];
    var width = image.naturalWidth * scale, height = image.naturalHeight * scale;
    var aside = turned ? (height - width) / 2 : 0;
    desk.classList.add("close");
    image.style.width = width + "px";
    image.style.height = height + "px";
    image.style.transform = "rotate(" + (pane.dataset.angle || 0) + "deg)";
    image.style.margin = -aside + "px " + aside + "px";
    layMarks(pane);
  }
  function zoom(pane, by) {
    var now = Number(pane.dataset.zoom || 2);
    pane.dataset.zoom = Math.min(steps.length - 1, Math.max(0, now + by));
    fit(pane);
  }
  function rotate(pane) {
    pane.dataset.angle = (Number(pane.dataset.angle || 0) + 90) % 360;
    fit(pane);
  }
  page.querySelectorAll(".viewer").forEach(function (pane) {
    var image = pane.querySelector("img");
    image.addEventListener("load", function () { fit(pane); });
    if (image.complete) fit(pane);
    pane.querySelectorAll("[data-zoom]").forEach(function (button) {
      if (button !== pane) button.addEventListener("click", function () { zoom(pane, Number(button.dataset.zoom)); });
    });
    pane.querySelector("[data-rotate]").addEventListener("click", function () { rotate(pane); });
  });
  window.addEventListener("resize", function () { fit(viewer()); });

  // Marks over the picture: they lie where the picture lies, and turn and grow with it.
  function layMarks(pane) {
    var image = pane.querySelector("img"), desk = pane.querySelector(".desktop"), old = desk.querySelector(".marks");
    if (old) old.remove();
    var found = (pane.found || []).find(function (page) { return page.number === Number(pane.dataset.page); });
    if (!found || !image.clientWidth) return;
    var marks = document.createElement("div");
    marks.className = "marks";
    ["left", "top", "width", "height"].forEach(function (side) {
      var measure = { left: "offsetLeft", top: "offsetTop", width: "clientWidth", height: "clientHeight" }[side];
      marks.style[side] = image[measure] + "px";
    });
    marks.style.transform = image.style.transform;
    found.boxes.forEach(function (box) {
      var mark = document.createElement("i");
      ["left", "top", "width", "height"].forEach(function (side, at) { mark.style[side] = box[at] * 100 + "%"; });
      marks.appendChild(mark);
    });
    desk.appendChild(marks);
  }
  page.querySelectorAll("[data-find]").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      var pane = form.closest(".viewer"), told = form.querySelector("[data-told]");
      fetch(form.dataset.find + "?q=" + encodeURIComponent(form.q.value), { credentials: "same-origin" })
        .then(function (answer) { if (!answer.ok) throw answer; return answer.json(); })
        .then(function (answer) {
          pane.found = answer.pages;
          told.textContent = answer.sentence;
          var now = Number(pane.dataset.page);
          var next = answer.pages.find(function (one) { return one.number >= now; }) || answer.pages[0];
          if (next && next.number !== now) turn(pane, next.number - now);
          layMarks(pane);
        })
        .catch(function () { told.textContent = "没有找成，请刷新页面再试一次。"; });
    });
  });

  // A sentence kept for such cases goes into the opinion, to be read over and changed there.
  function insert(words) {
    var field = document.getElementById("opinion");
    if (!field) return;
    field.value += words;
    field.focus();
  }
  document.querySelectorAll("[data-opinion]").forEach(function (button) {
    button.addEventListener("click", function () { insert(button.dataset.opinion); });
  });

  // A key goes to the first thing still to fill in, or to the button; only Enter decides.
  function goTo(target) {
    if (target.tagName === "SUMMARY") {
      target.parentElement.open = true;
      target.parentElement.querySelector("input[type=checkbox]").focus();
      return;
    }
    if (target.tagName === "A") { target.click(); return; }
    var form = target.form, empty = null;
    if (!target.formNoValidate) {
      var chosen = form.querySelector("[name=verdict]:checked, [name=verdict]");
      if (chosen && !chosen.checked) empty = chosen;
      empty = empty || Array.prototype.find.call(form.querySelectorAll("[name^='stated ']"), function (field) { return !field.value; });
    } else {
      var reason = form.querySelector("[name=opinion]");
      if (reason && !reason.value.trim()) empty = reason;
    }
    (empty || target).focus();
  }
  document.addEventListener("keydown", function (event) {
    var at = event.target, typing = at.closest("textarea, select, input");
    if (event.isComposing || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      // Ctrl+Enter out of a field goes to the main button, so that nobody has to leave the keyboard.
      if (event.key === "Enter" && typing && typing.form) {
        var main = typing.form.querySelector("button.btn");
        if (main) { event.preventDefault(); main.focus(); }
      }
      return;
    }
    if (typing && typing.type !== "radio" && typing.type !== "checkbox") return;
    var key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    var pane = viewer();
    if (key === "ArrowLeft" || key === "ArrowRight") {
      if (typing || !pane) return;
      turn(pane, key === "ArrowLeft" ? -1 : 1);
    } else if (pane && (key === "+" || key === "=")) zoom(pane, 1);
    else if (pane && key === "-") zoom(pane, -1);
    else if (pane && key === "R") rotate(pane);
    else if (pane && key === "F") pane.querySelector("[name=q]").focus();
    else if (/^[1-9]$/.test(key)) {
      var sentence = document.querySelectorAll("[data-opinion]")[Number(key) - 1];
      if (!sentence) return;
      insert(sentence.dataset.opinion);
    }
    else {
      var target = /^[A-Z]$/.test(key) && document.querySelector("[data-key='" + key + "']");
      if (!target) return;
      goTo(target);
    }
    event.preventDefault();
  });

  // Two clicks in a row send one form.
  document.querySelectorAll("form.act").forEach(function (form) {
    form.addEventListener("submit", function (event) {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form.act").forEach(function (form) { delete form.dataset.sent; });
  });
  var refused = document.getElementById("refused");
  if (refused) refused.focus();
})();
