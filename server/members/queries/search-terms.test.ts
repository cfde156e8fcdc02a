import { expect, test } from 'vitest';
import { datesOf, phonesOf, spellingsOf } from './search-terms.ts';

test.each([
  ['müller', ['mueller', 'muller']],
  ['mueller', ['müller', 'muller']],
  ['muller', ['mueller']],
  ['strauß', ['strauss']],
  ['straße', ['strasse']],
  ['strasse', ['straße']],
  ['schäfer', ['schaefer']],
  ['duessmann', ['düßmann']],
  ['düssmann', ['düßmann']],
  ['düßmann', ['duessmann']],
])('%s is also spelled %s', (word, others) => {
  expect(spellingsOf(word)).toEqual(expect.arrayContaining([word, ...others]));
});

test('a word has few spellings, however long', () => {
  expect(spellingsOf('aouaouaouaouaouaouaou').length).toBeLessThanOrEqual(8);
  expect(spellingsOf('m-0777')).toEqual(['m-0777']);
});

test.each([
  ['+49 30 8765432', '+49308765432'],
  ['0049 (0)30 8765432', '+49308765432'],
  ['0049308765432', '+49308765432'],
  ['030 / 876 54 32', '+49308765432'],
  ['020 7946 0018', '+442079460018'],
  ['06 1234 5678', '+390612345678'],
  ['600 123 456', '+34600123456'],
  ['+49 30 8765432', '0308765432'],
  ['+49 30 8765432', '+490308765432'],
  ['+49 030 8765432', '+49308765432'],
  ['030 8765432', '0049308765432'],
  ['+45 12 34 56 78', '12345678'],
])('%s may be %s', (q, phone) => {
  expect(phonesOf(q)).toContain(phone);
});

test.each(['schmidt', '123', 'M-004211', '+49 30 8765432 x', ''])('%s is no phone number', (q) => {
  expect(phonesOf(q)).toEqual([]);
});

test.each([
  ['1987-04-12', ['1987-04-12']],
  ['12.4.1987', ['1987-04-12']],
  ['12. 04. 1987', ['1987-04-12']],
  ['12/04/1987', ['1987-04-12', '1987-12-04']],
  ['04/13/1987', ['1987-04-13']],
  ['12 April 1987', ['1987-04-12']],
  ['Apr 12, 1987', ['1987-04-12']],
  ['31.2.1987', []],
  ['12 Foo 1987', []],
  ['1987', []],
  ['030 8765432', []],
])('%s is the day %s', (q, days) => {
  expect(datesOf(q)).toEqual(days);
});
