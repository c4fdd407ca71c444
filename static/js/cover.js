/* Drawing a box on a page fills in its four numbers. The form works without this file. */
(function () {
  "use strict";
  var plane = document.querySelector("svg[data-cover]");
  if (!plane) { return; }
  var box = plane.querySelector("[data-cover-box]");
  var names = ["left", "top", "width", "height"];
  var inputs = names.map(function (name) { return document.getElementById("id_" + name); });
  var hint = document.querySelector("[data-cover-hint]");
  var from = null;
  if (hint) { hint.hidden = false; }
  plane.classList.add("draws");

  function at(event) {
    var frame = plane.getBoundingClientRect();
    return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height].map(function (part) {
      return Math.min(1, Math.max(0, part)) * 100;
    });
  }
  function draw(numbers) {
    ["x", "y", "width", "height"].forEach(function (name, i) { box.setAttribute(name, numbers[i] + "%"); });
  }
  function typed() {
    draw(inputs.map(function (input) { return Math.min(100, Math.max(0, parseFloat(input.value.replace(",", ".")) || 0)); }));
  }
  plane.addEventListener("pointerdown", function (event) {
    if (event.button) { return; }
    from = at(event);
    plane.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  plane.addEventListener("pointermove", function (event) {
    if (!from) { return; }
    var to = at(event);
    var numbers = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.abs(to[0] - from[0]), Math.abs(to[1] - from[1])];
    inputs.forEach(function (input, i) { input.value = numbers[i].toFixed(1); });
    draw(numbers);
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    plane.addEventListener(name, function () { from = null; });
  });
  inputs.forEach(function (input) { input.addEventListener("input", typed); });
  typed();
}());
