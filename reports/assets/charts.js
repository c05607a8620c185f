// Bring every chart of the page to life; the still picture stays until its drawing replaces it.
for (const node of document.querySelectorAll('script[type="application/json"][data-chart]')) {
  vegaEmbed(document.getElementById(node.dataset.chart), JSON.parse(node.textContent), {
    ast: true,
    actions: false,
    renderer: "svg",
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
  });
}
