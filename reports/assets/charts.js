// Bring every chart of the page to life when it comes into view; the still picture stays until its drawing replaces it.
const options = { ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true } };
const specs = new Map();
const wanted = new Map();
const draw = (id) => {
  const spec = wanted.get(id);
  wanted.delete(id);
  return spec ? vegaEmbed(document.getElementById(id), spec, options) : Promise.resolve();
};
const near = new IntersectionObserver((seen) => seen.filter((one) => one.isIntersecting).forEach((one) => draw(one.target.id)), { rootMargin: "300px" });
for (const node of document.querySelectorAll('script[type="application/json"][data-chart]')) {
  const spec = JSON.parse(node.textContent);
  specs.set(node.dataset.chart, spec);
  wanted.set(node.dataset.chart, spec);
  near.observe(document.getElementById(node.dataset.chart));
}
window.addEventListener("beforeprint", () => wanted.forEach((_, id) => draw(id)));
const isNear = (id) => {
  const box = document.getElementById(id).getBoundingClientRect();
  return box.bottom > -300 && box.top < window.innerHeight + 300;
};
window.liveCharts = {
  spec: (id) => structuredClone(specs.get(id)),
  ids: [...specs.keys()],
  show: (id, spec) => {
    wanted.set(id, spec || specs.get(id));
    if (isNear(id)) draw(id);
  },
};
