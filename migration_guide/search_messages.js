// The search takes ':', '^', '~', '+', '-' and '*' as a language of its own, in which "ValueError: x"
// asks for a field that there is not. Messages are searched for by their words, first in titles.
const words = /[\p{L}\p{N}_]+/gu;
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message) {
  const found = message && message.query && message.query.match(words);
  const query = found && found.map((word) => `${word} title:${word}^4`).join(' ');
  post.call(this, query ? { ...message, query } : message);
};
