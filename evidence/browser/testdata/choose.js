// Chooses a file on a page as a person would, and tells the server what the page shows.
const input = document.getElementById("file");
const verdict = document.getElementById("verdict");
const soon = () => new Promise((resume) => setTimeout(resume, 20));
while (input.onchange === null) await soon(); // the page is fetching what it trusts
Date.now = () => Date.parse("2026-11-23T11:00:00Z");
const chosen = new DataTransfer();
chosen.items.add(new File(["a file"], "file.txt"));
input.files = chosen.files;
input.dispatchEvent(new Event("change"));
while (verdict.value === "") await soon();
await fetch("report", { method: "POST", body: verdict.value });
