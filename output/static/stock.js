// The SQL editor hides the field it is made from behind one without a name.
addEventListener("load", () => document.querySelectorAll(".CodeMirror textarea").forEach((field) => field.setAttribute("aria-label", "SQL")));
