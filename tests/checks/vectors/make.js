// Makes x.json (texts and how long npm's twitter-text 3.1.0 says they are) and bufferctl/checks/tlds.txt (its top-level
// domains). Run in a folder outside the repository: npm i twitter-text@3.1.0 && node make.js REPOSITORY
const fs = require('fs');
const path = require('path');
const root = path.resolve(process.argv[2] || '.');
const from = (name) => require(require.resolve(name, { paths: [process.cwd()] }));
const { parseTweet } = from('twitter-text');

const domains = ['validGTLD', 'validCCTLD'].flatMap((name) =>
  from(`twitter-text/dist/regexp/${name}`).source.replace(/^\(\?:\(\?:/, '').replace(/\)\(\?=.*$/s, '').split('|'));
fs.writeFileSync(path.join(root, 'bufferctl/checks/tlds.txt'), [...new Set(domains)].sort().join('\n') + '\n');

const long = 'https://acme.com/' + 'x'.repeat(200);
const texts = [
  '', 'a', 'a\nb', 'a'.repeat(280), 'a'.repeat(281), '日'.repeat(140), '日'.repeat(141), '한국어', 'ไทย', 'नमस्ते',
  'e\u0301'.repeat(10), '\u00e9'.repeat(10), 'ﬁ', '\u202eabc', '“quoted”', '…', '–—', '€', '½', '™', '©', '®', '©\ufe0f',
  '\u{1d400}\u{1d5d4}', '\u{1f389}', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}\u200d\u{1f466}', '\u{1f469}\u200d\u{1f680}',
  '\u{1f44d}\u{1f3fd}', '\u{1f1e9}\u{1f1ea}\u{1f1eb}\u{1f1f7}', '\u{1f1e9}', '1\ufe0f\u20e3', '#\u20e3', '\u2764\ufe0f', '\u2764', '\u2600',
  '\u{1f3f3}\ufe0f\u200d\u{1f308}', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}', '\u{1f3fd}', 'a\u200db', '\u{1f389}\u{1f389}\u{1f389}',
  'http://a.io', 'https://acme.com', 'HTTPS://ACME.COM/A', long, `see ${long} and ${long}.`, 'https://acme.example/x',
  'acme.com', 'see acme.com.', '(acme.com)', '"acme.com"', 'acme.com/path?q=1', 'acme.de', 'acme.notatld', 'a.b.acme.co.uk',
  'me@acme.com', '@acme.com', '#acme.com', '$acme.com', 'x/acme.com', '-acme.com', '_acme.com', 'foo_acme.com', '..acme.com',
  '日本acme.com', 'acme.com日本', 'https://日本語.jp', '日本語.jp', 'https://例え.テスト', 'https://münchen.de/straße', 'münchen.de',
  'https://acme.com/a_(b)_c', 'https://acme.com/a_(b(c)d)_e', 'https://acme.com/a(b', 'https://acme.com/a)', 'https://acme.com/a,b.',
  'https://acme.com/?a=b&c=d!', 'https://acme.com:8080/a', 'https://acme.com:x', 'https://acme.com/a#b', 'https://acme.com#b',
  'https://t.co/abc123', 'https://t.co/abc123日本', 'https://t.co/abc-123/d', 'https://t.co/' + 'a'.repeat(41), 't.co/abc',
  'xhttps://acme.com', '日https://acme.com', 'https://acme.com/日本', 'https://acme.com/кириллица', 'https://acme.com/a–b',
  'https://xn--mnchen-3ya.de', 'https://a-.com', 'https://-a.com', 'https://a_b.acme.com', 'https://a_b.com', 'https://1.2.3.4/a',
  'https://localhost/a', 'acme.comma', 'acme.com+x', 'acme.com@x', 'acme.com-x', 'acme.com!', 'acme.com,acme.org', 'a.com b.com c.com',
  'https://acme.com https://acme.com', 'https://acme.com\nhttps://acme.com', 'node.js is fun', 'v1.2.3', 'e.g. this', 'foo.bar.baz',
  'https://' + 'a'.repeat(64) + '.com', 'https://acme.com/' + 'x'.repeat(4080), 'https://acme.com/' + 'x'.repeat(4000), 'ACME.COM',
  'https://acme.онлайн/', 'acme.онлайн', 'https://acme.com//a', 'https://acme.com/@user/1', 'https://acme.com/$a;b', '\u{1f389}acme.com',
  'acme.com\u{1f389}', 'https://acme.com/\u{1f389}', '＠acme.com', '＃acme.com', 'mailto:me@acme.com', 'ftp://acme.com', '//acme.com',
  'ab日c.de://x',
];
// And texts put together by chance, the same ones every time.
let seed = 20261125;
const random = (n) => { seed = (seed * 1103515245 + 12345) % 2147483648; return Math.floor(seed / 65536) % n; };
const parts = ['a', 'Z9', ' ', '\n', '.', '.com', '.de', 'acme', 'https://', 'http://', '/', '?q=', '(', ')', '-', '_', '@', '#', '日', 'é',
  'e\u0301', '\u{1f389}', '\u200d', '\ufe0f', '\u{1f3fd}', '\u{1f469}', '…', '’', ',', '!', ':', '80', '&', '\u{1d5d4}', 'www.', 't.co/', '한', '$', '"'];
const byChance = [];
for (let i = 0; i < 1500; i++) {
  let text = '';
  for (let n = 1 + random(12); n > 0; n--) text += parts[random(parts.length)];
  byChance.push(text);
}
const ascii = (json) => json.replace(/[\u007f-\uffff]/g, (c) => '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0'));
const list = (all) => [...new Set(all)].map((text) => ascii(JSON.stringify([text, parseTweet(text).weightedLength]))).join(',\n');
fs.writeFileSync(path.join(root, 'tests/checks/vectors/x.json'),
  `{"chosen": [\n${list(texts)}\n], "by_chance": [\n${list(byChance)}\n]}\n`);
