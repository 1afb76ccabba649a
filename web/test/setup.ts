import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'
import { languages, loadTexts } from '../src/i18n'

// What the library of components asks of a browser and this one does not have.
window.matchMedia ??= ((query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined })) as never

afterEach(cleanup)

// What is waited for comes at once, or much later on a machine that has much else to do; a test ends after it.
configure({ asyncUtilTimeout: 50_000 })

await Promise.all(languages.map(loadTexts))
