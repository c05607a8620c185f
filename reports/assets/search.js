// The index: show the accounts that match the search, the CSM and whether they have a pack.
(() => {
  const rows = [...document.querySelectorAll("#accounts tbody tr")];
  const [find, csm, packs] = ["find", "csm", "packs"].map((id) => document.getElementById(id));
  const books = [...document.querySelectorAll("#books tbody tr")];
  const found = document.getElementById("found");
  const narrow = () => {
    const words = find.value.trim().toLocaleLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLocaleLowerCase();
      const fits =
        words.every((word) => text.includes(word)) &&
        (!csm.value || row.dataset.csm === csm.value) &&
        (!packs.value || row.dataset.pack === packs.value);
      row.hidden = !fits;
      count += fits ? 1 : 0;
    }
    for (const row of books) {
      const text = row.textContent.toLocaleLowerCase();
      row.hidden = !(words.every((word) => text.includes(word)) && (!csm.value || row.dataset.csm === csm.value));
    }
    found.textContent = `${count} of ${rows.length} accounts`;
  };
  for (const control of [find, csm, packs]) control.addEventListener("input", narrow);
})();
