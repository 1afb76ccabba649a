import { expect, it } from 'vitest'
import { covers } from './status'

it.each([
  [['5xx'], 503, true],
  [['4xx', '5xx'], 429, true],
  [['5xx'], 429, false],
  [['500-502'], 503, false],
  [['500-503'], 503, true],
  [['5**', '!503'], 503, false],
  [['!404'], 429, true],
  [['429'], 429, true],
  [[], 429, false],
])('the patterns %s and the status %i: %s', (patterns, status, want) => expect(covers(patterns, status)).toBe(want))
