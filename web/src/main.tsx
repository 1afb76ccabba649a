// The library's styles come first, so that ours win.
import './theme/styles'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { firstTexts } from './i18n'
import { loadCodes } from './i18n/codes'
import { nonce } from './theme/nonce'

// What locks the page behind a dialog writes a style element of its own.
setNonce(nonce())

const root = document.getElementById('root')!

/** Without texts only what the page itself brought can be said. */
function lost(): void {
  root.append(document.querySelector<HTMLTemplateElement>('template#lost')!.content)
  root.querySelector('button')!.onclick = () => location.reload()
}

firstTexts().then(
  () =>
    createRoot(root).render(
      <StrictMode>
        <App />
      </StrictMode>,
    ),
  lost,
)

// While the server is surely there: what is said when it is not comes from them.
setTimeout(() => void loadCodes(), 2000)
