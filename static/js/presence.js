/* Says that this case is still open here, and shows who else has it open. Every page works without it. */
(function () {
  "use strict";
  var here = document.getElementById("here");
  var form = document.getElementById("still-here");
  if (!here || !form || !window.fetch) { return; }
  var EVERY = 20000;
  var touched = "writing" in here.dataset;
  var timer = null;
  // Whoever types on a page that is otherwise for reading is writing too.
  document.addEventListener("input", function (event) {
    if (event.target.closest("main form[method=post]")) { touched = true; }
  });
  function say() {
    timer = null;
    if (document.hidden) { return; }
    var data = new FormData(form);
    data.set("writing", touched ? "1" : "0");
    fetch(form.action, { method: "POST", body: data, headers: { Accept: "text/html", "X-Unattended": "1" } }).then(function (answer) {
      // Shut out, or signed out meanwhile: nothing more to say.
      if (answer.status === 404 || answer.redirected) { here.textContent = ""; return null; }
      return answer.ok ? answer.text() : Promise.reject(answer.status);
    }).then(function (text) {
      if (text === null) { return; }
      var fresh = new DOMParser().parseFromString(text, "text/html").body;
      // The same words again would be read out again.
      if (fresh.textContent.trim() !== here.textContent.trim()) { here.replaceChildren.apply(here, Array.from(fresh.childNodes)); }
      wait();
    }).catch(wait);
  }
  function wait() { if (timer === null) { timer = setTimeout(say, EVERY); } }
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden && timer === null) { say(); }
  });
  wait();
})();
