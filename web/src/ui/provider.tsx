import { localStorageColorSchemeManager, MantineProvider, useMantineColorScheme } from '@mantine/core'
import type { ReactNode } from 'react'
import { nonce } from '@/theme/nonce'
import { cssVariables, theme } from '@/theme/theme'
import { Toasts } from './feedback'

const manager = localStorageColorSchemeManager({ key: 'gonets.theme' })

/** What every part of src/ui needs around it. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto" colorSchemeManager={manager} getStyleNonce={nonce}>
      {children}
      <Toasts />
    </MantineProvider>
  )
}

export type ThemeChoice = 'system' | 'light' | 'dark'

export function useTheme(): { theme: ThemeChoice; setTheme: (next: ThemeChoice) => void } {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return {
    theme: colorScheme === 'auto' ? 'system' : colorScheme,
    setTheme: (next) => setColorScheme(next === 'system' ? 'auto' : next),
  }
}
