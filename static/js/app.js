/* Small comforts. Every page works without this file. */
(function () {
  "use strict";
  // After a refused form, the reader starts at the list of what to mend.
  var errors = document.querySelector(".errors");
  if (errors) { errors.focus(); }

  // Counts characters while typing; the server says the same after sending.
  document.querySelectorAll("[data-count-of]").forEach(function (note) {
    var box = document.getElementById(note.dataset.countOf);
    if (!box) { return; }
    var lang = document.documentElement.lang;
    box.addEventListener("input", function () {
      note.textContent = note.dataset.text.replace("{n}", Array.from(box.value).length.toLocaleString(lang));
    });
  });

  // Whoever leaves what they have written is asked once by the browser: a link, the language, the
  // colours and the back button would all lose it. What an answer to a sent form shows again, with an error or to be
  // checked, is kept nowhere either.
  var unsent = document.querySelector("main[data-unsent]");
  var boxes = document.querySelectorAll("main form[method=post] textarea");
  var sending = null;
  document.addEventListener("submit", function (event) { sending = event.target; });
  if (boxes.length) {
    window.addEventListener("beforeunload", function (event) {
      var form = sending;
      sending = null;
      var lost = Array.prototype.some.call(boxes, function (box) {
        return box.form !== form && box.value.trim() !== (unsent ? "" : box.defaultValue.trim());
      });
      if (lost) { event.preventDefault(); }
    });
  }

  // Menus close with Escape, and when the reader goes elsewhere.
  var menus = document.querySelectorAll("details.menu");
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    menus.forEach(function (menu) {
      if (menu.open && menu.contains(document.activeElement)) { menu.open = false; menu.querySelector("summary").focus(); }
    });
  });
  document.addEventListener("click", function (event) {
    menus.forEach(function (menu) { if (menu.open && !menu.contains(event.target)) { menu.open = false; } });
  });

  // Figures that move are fetched again while they do; the part that is done says no more that it moves.
  function refresh(part) {
    setTimeout(function () {
      fetch(location.href, { headers: { Accept: "text/html" } }).then(function (answer) {
        return answer.ok ? answer.text() : Promise.reject(answer.status);
      }).then(function (text) {
        var fresh = new DOMParser().parseFromString(text, "text/html").getElementById(part.id);
        if (!fresh) { return; }
        if (!fresh.dataset.refresh) { location.reload(); return; }
        part.replaceWith(fresh);
        refresh(fresh);
      }).catch(function () { refresh(part); });
    }, 1000 * Number(part.dataset.refresh));
  }
  document.querySelectorAll("[data-refresh]").forEach(refresh);

  // Buttons that only a script can serve appear with it.
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      navigator.clipboard.writeText(button.dataset.copy).then(function () { button.textContent = button.dataset.done; });
    });
  });
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
