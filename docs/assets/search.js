// A message of bufferctl that is pasted into the search: without the names, numbers and times that are in it, which no page
// has and the search would insist on. A rule's code finds the rule.
const VALUES = [
  /^(?:\S+:\d+:\d+: )?[\w.-]+: /gm,
  /`[^`]*`|'[^']*'|"[^"]*"|\([^)]*\)/g,
  /\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|CET|CEST|UTC)\b/g,
  /\S*(?:\d|\/|\w\.\w)\S*/g,
  /[^\p{L}\s-]/gu,
];

function words(message) {
  const code = message.match(/\bBC\d{3}\b/);
  const plain = VALUES.reduce((text, pattern) => text.replace(pattern, " "), message);
  return code ? code[0] : plain.split(/\s+/).filter(Boolean).slice(0, 16).join(" ");
}

document.addEventListener(
  "paste",
  (event) => {
    const box = event.composedPath()[0];
    const pasted = event.clipboardData.getData("text");
    if (!(box instanceof HTMLInputElement) || pasted.trim().split(/\s+/).length < 4) return;
    event.preventDefault();
    box.setRangeText(words(pasted), box.selectionStart, box.selectionEnd, "end");
    box.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
  },
  true,
);
