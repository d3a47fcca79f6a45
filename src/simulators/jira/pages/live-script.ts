/**
 * Asks for the page each second, and puts in what has changed: the reader's place stays where it is. It asks at an
 * address of the simulator's own, which no fault strikes and no log of requests holds.
 */
export const liveScript = `
const source = document.currentScript.dataset.page;
const everyMs = 1000;
addEventListener('DOMContentLoaded', () => {
  const mark = document.querySelector('.mark');
  const says = mark.textContent;
  const look = async () => {
    try {
      const answer = await fetch(source);
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('main');
      const main = document.getElementById('main');
      if (fresh.innerHTML !== main.innerHTML) main.innerHTML = fresh.innerHTML;
      mark.textContent = says;
    } catch {
      mark.textContent = 'The simulated Jira does not answer';
    }
    setTimeout(look, everyMs);
  };
  setTimeout(look, everyMs);
});
`;
