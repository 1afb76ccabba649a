import { expect, test } from 'vitest'
import { readPairs } from './form'

const old = 'application/x-www-form-urlencoded; charset=windows-1251'

test.each([
  ['UTF-8', 'name=%D0%90&b=1+2', 'application/x-www-form-urlencoded', [['name', 'А'], ['b', '1 2']]],
  ['the encoding of its type', 'name=%C0%ED%ED%E0&%F6%E5%ED%E0=1%2B2', old, [['name', 'Анна'], ['цена', '1+2']]],
  ['bytes that would be UTF-8 as well', 'name=%D0%90', old, [['name', 'Рђ']]],
  ['another encoding', 'name=%F1', 'application/x-www-form-urlencoded;charset="koi8-r"', [['name', 'Я']]],
  ['no encoding is named', 'name=%C0%ED%ED%E0', '', [['name', 'Анна']]],
  ['letters that are not escaped beside such that are', 'Имя=Ан%ED%E0+%5B', old, [['Имя', 'Анна [']]],
  ['a letter whose second byte is not escaped', 'a=%83e', 'application/x-www-form-urlencoded; charset=shift_jis', [['a', 'テ']]],
  ['what the named encoding does not have', 'a=%C0', 'application/x-www-form-urlencoded; charset=utf-8', [['a', '\uFFFD']]],
  ['one that nobody knows', 'name=%D0%90', 'x/y; charset=klingon', [['name', 'А']]],
  ['signs that are no escapes', '100%=5%zz&&Я', '', [['100%', '5%zz'], ['Я', '']]],
  ['nothing', '', '', []],
])('%s', (_, text, type, want) => expect(readPairs(text, type)).toEqual(want))
