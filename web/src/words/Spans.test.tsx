import { fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { describe, expect, it } from 'vitest'
import { UiProvider } from '@/ui'
import { Delays, SpanField } from './Spans'

function Span({ first, told }: { first: string; told: string[] }) {
  const [value, setValue] = useState(first)
  const change = (next: string) => (told.push(next), setValue(next))
  return <SpanField label="span" value={value} onChange={change} />
}

function Pauses({ first, told }: { first: string[]; told: string[][] }) {
  const [values, setValues] = useState(first)
  const change = (next: string[]) => (told.push(next), setValues(next))
  return <Delays values={values} onChange={change} />
}

const number = () => screen.getAllByRole<HTMLInputElement>('textbox')[0]!
const type = (text: string) => fireEvent.change(number(), { target: { value: text } })

describe('a time span', () => {
  it('stays as it is typed, and is told simply once it is left', () => {
    const told: string[] = []
    render(<UiProvider><Span first="6s" told={told} /></UiProvider>)
    fireEvent.focus(number())
    type('60')
    expect(number().value).toBe('60')
    type('605')
    expect(told).toEqual(['60s', '605s'])
    type('60')
    fireEvent.blur(number())
    expect(number().value).toBe('1')
  })
  it('can be emptied where none is needed', () => {
    const told: string[] = []
    render(<UiProvider><Span first="5m" told={told} /></UiProvider>)
    type('')
    fireEvent.blur(number())
    expect(told).toEqual([''])
    expect(number().value).toBe('')
  })
  it('keeps its unit while its number is typed anew', () => {
    const told: string[][] = []
    render(<UiProvider><Pauses first={['5m', '2h']} told={told} /></UiProvider>)
    fireEvent.focus(number())
    type('')
    expect(number().value).toBe('')
    expect(told).toEqual([])
    type('7')
    expect(told).toEqual([['7m', '2h']])
  })
  it('is what it was when it is emptied and left', () => {
    const told: string[][] = []
    render(<UiProvider><Pauses first={['5m']} told={told} /></UiProvider>)
    fireEvent.focus(number())
    type('')
    fireEvent.blur(number())
    expect(number().value).toBe('5')
    expect(told).toEqual([])
  })
})
