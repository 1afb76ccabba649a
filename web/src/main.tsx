// The library's styles come first, so that ours win.
import './theme/styles'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App'
import { nonce } from './theme/nonce'

// What locks the page behind a dialog writes a style element of its own.
setNonce(nonce())

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
