import { expect, it } from 'vitest'
import { createJson } from './jsonEditor'

const editor = (text: string, told: string[] = []) =>
  createJson({ parent: document.body.appendChild(document.createElement('div')), text, label: 'body', nonce: '', plain: true, onChange: (next) => told.push(next) })

it.each(['a\r\nb\r\n', 'a\nb\n', 'a\r\nb\nc', ''])('the line ends of %j stay as they are', (text) => {
  const one = editor(text)
  expect(one.text()).toBe(text)
  one.destroy()
})

it('what is typed is told with the line ends that the text has', () => {
  const told: string[] = []
  const one = editor('a\r\nb', told)
  one.setText('a\r\nb\r\nc')
  expect(told).toEqual(['a\r\nb\r\nc'])
  one.destroy()
})

it('a mistake describes the field that has the focus', () => {
  const one = editor('a')
  const field = [...document.querySelectorAll('.cm-content')].at(-1)!
  one.focus(5)
  expect(document.activeElement).toBe(field)
  one.describe('mistake')
  expect(field.getAttribute('aria-describedby')).toBe('mistake')
  one.describe(undefined)
  expect(field.hasAttribute('aria-describedby')).toBe(false)
  one.destroy()
})
