// Follows a job: fills the bars, says politely which stage it is in and each quarter of it, and shows the page anew at its end.
"use strict";
const box = document.getElementById("job");
const voice = document.getElementById("voice");
let said = "";
const show = (state) => {
  if (state.state !== "running") {
    sessionStorage.setItem("maintain-ended", box.dataset.number);
    location.reload();
    return;
  }
  document.getElementById("stages").innerHTML = state.html;
  const step = `${state.stage} ${Math.floor(state.percent / 25)}`;
  if (step !== said) voice.textContent = state.said;
  said = step;
  setTimeout(look, 1000);
};
const look = () =>
  fetch(box.dataset.state, { headers: { Accept: "application/json" } })
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then(show)
    .catch(() => setTimeout(look, 3000));
if (box && box.dataset.state) look();
else if (box && sessionStorage.getItem("maintain-ended") === box.dataset.number) {
  sessionStorage.removeItem("maintain-ended");
  box.focus();
}
