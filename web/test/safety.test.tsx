import { render } from '@testing-library/react'
import { expect, it } from 'vitest'
import { BodyView, CodeView, KeyValueRows, UiProvider } from '../src/ui'

const hostile = '<img src=x onerror="window.planted=1"><script>window.planted=1</script>'

it.each([
  ['a body as text', <BodyView key="1" body={hostile} />],
  ['a body as a tree', <BodyView key="2" body={JSON.stringify({ [hostile]: hostile, list: [hostile] })} />],
  ['a header', <KeyValueRows key="3" rows={[{ name: hostile, value: hostile }]} />],
  ['a text', <CodeView key="4" text={hostile} />],
])('%s from outside is shown as text', (_, element) => {
  const { container } = render(<UiProvider>{element}</UiProvider>)
  expect(container.textContent).toContain('onerror')
  expect(container.querySelector('img, script')).toBeNull()
  expect((window as { planted?: number }).planted).toBeUndefined()
})
it('the check would see an element that came through', () => {
  const { container } = render(<div ref={(div) => { if (div) div.insertAdjacentHTML('beforeend', '<img alt="">') }} />)
  expect(container.querySelector('img, script')).not.toBeNull()
})
