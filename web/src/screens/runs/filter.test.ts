import { describe, expect, it } from 'vitest'
import { isId } from './filter'

const run = '01a201e4-4ea9-7000-a762-672e4e7e57a9'
const trace = run.replaceAll('-', '')

describe('what opens a run when it is pasted', () => {
  it.each([run, ` ${run.toUpperCase()} `, `${run}-deal`, `${run}-only_new/tell-2`, trace, `00-${trace}-00f067aa0ba902b7-01`])('%s', (text) => expect(isId(text)).toBe(true))
})

describe('what is looked for as it is', () => {
  // Part of an id, an order's number, a sum of MD5, a foreign trace, words.
  it.each([run.slice(1), `${run}-7`, 'd41d8cd98f00b204e9800998ecf8427e', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', 'Anna', ''])('%s', (text) => expect(isId(text)).toBe(false))
})
