import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

// While developing, the pages come from Vite and everything else from a server that already runs: GONETS_SERVER names
// it, and GONETS_TOKEN_FILE lets the pages work without logging in.
const server = process.env.GONETS_SERVER ?? 'http://127.0.0.1:7070'
const tokenFile = process.env.GONETS_TOKEN_FILE
const token = tokenFile ? readFileSync(tokenFile, 'utf8').trim() : undefined

const proxied = {
  target: server,
  headers: token ? { Authorization: `Bearer ${token}` } : undefined,
}

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // The server puts a fresh nonce in place of this word into every page that it gives out.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    outDir: 'dist',
    assetsDir: 'assets',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    manifest: 'assets/manifest.json',
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: false,
    proxy: { '/api': proxied, '/in': proxied, '/echo': proxied },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.{ts,tsx}', 'test/**/*.test.{ts,tsx}'],
    setupFiles: ['test/setup.ts'],
    css: false,
    testTimeout: 60_000,
  },
})
