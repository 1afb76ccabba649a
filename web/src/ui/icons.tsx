import type { ReactNode } from 'react'

// Drawn here, 20 × 20, in the text's colour: a font of icons would be one more file, and signs of a text font look
// different on every system.
const paths = {
  scenarios: <path d="M4 4h5v4H4zM11 12h5v4h-5zM6.5 8v6H11" />,
  requests: <path d="M4 16 16 4M8 4h8v8" />,
  history: <path d="M4 10a6 6 0 1 0 2-4.5M4 3v3.5h3.5M10 7v3.5l2.5 1.5" />,
  sources: <path d="M10 3v9m-4-4 4 4 4-4M4 16h12" />,
  connections: <path d="M8.5 11.5a3.5 3.5 0 0 0 5 0l2-2a3.5 3.5 0 0 0-5-5l-1 1m2 3a3.5 3.5 0 0 0-5 0l-2 2a3.5 3.5 0 0 0 5 5l1-1" />,
  settings: <path d="M4 6h7m4 0h1M4 14h1m4 0h7M11 4h4v4h-4zM5 12h4v4H5z" />,
  search: <path d="M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zm3.5 8.5L17 17" />,
  theme: <><circle cx="10" cy="10" r="6.5" /><path d="M10 3.5v13a6.5 6.5 0 0 0 0-13z" fill="currentColor" /></>,
  help: <><circle cx="10" cy="10" r="7" /><path d="M8 8a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M10 13.6v.2" /></>,
  menu: <path d="M3 5.5h14M3 10h14M3 14.5h14" />,
  dots: <path d="M4.5 10h.01M10 10h.01M15.5 10h.01" strokeWidth="2.6" />,
  close: <path d="m5 5 10 10M15 5 5 15" />,
  plus: <path d="M10 4v12M4 10h12" />,
  minus: <path d="M4 10h12" />,
  copy: <path d="M7 7h9v9H7zM13 7V4H4v9h3" />,
  check: <path d="m4 10.5 4 4 8-9" />,
  pencil: <path d="M4 16l.8-3.2L13 4.6l2.4 2.4-8.2 8.2zM11.4 6.2l2.4 2.4" />,
  trash: <path d="M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6M9 9v4M11 9v4" />,
  undo: <path d="M4 8h8a4 4 0 0 1 0 8H8M7 5 4 8l3 3" />,
  redo: <path d="M16 8H8a4 4 0 0 0 0 8h4M13 5l3 3-3 3" />,
  left: <path d="M12 4 6 10l6 6" />,
  right: <path d="m8 4 6 6-6 6" />,
  down: <path d="m4 7 6 6 6-6" />,
  up: <path d="m4 13 6-6 6 6" />,
  back: <path d="M16 10H4m5-5-5 5 5 5" />,
  external: <path d="M8 5H4v11h11v-4M11 4h5v5M16 4l-7 7" />,
  bolt: <path d="M11 3 5 11h4l-1 6 6-8h-4z" />,
  recipe: <path d="M5 3h8l3 3v11H5zM8 8h5M8 11h5M8 14h3" />,
  blank: <path d="M5 3h7l4 4v10H5zM12 3v4h4" />,
  eye: <><path d="M2.5 10S5 5 10 5s7.5 5 7.5 5-2.5 5-7.5 5-7.5-5-7.5-5z" /><circle cx="10" cy="10" r="2" /></>,
  eyeOff: <path d="M3 3l14 14M8 5.3A8 8 0 0 1 10 5c5 0 7.5 5 7.5 5a13 13 0 0 1-2.2 2.8M5.4 6.5A12 12 0 0 0 2.5 10S5 15 10 15c1.3 0 2.4-.3 3.4-.8" />,
  lock: <path d="M5 9h10v7H5zM7 9V6.500a3 3 0 0 1 6 0V9" />,
  warning: <path d="M10 3.5 17.5 16h-15zM10 8v4M10 14v.1" />,
  info: <><circle cx="10" cy="10" r="7" /><path d="M10 9v5M10 6.200v.1" /></>,
  play: <path d="M6 4l10 6-10 6z" fill="currentColor" />,
  stop: <path d="M5 5h10v10H5z" fill="currentColor" />,
  pause: <path d="M7 4v12M13 4v12" strokeWidth="2.6" />,
  retry: <path d="M16 10a6 6 0 1 1-2-4.500M16 3v3.500h-3.5" />,
  skip: <><circle cx="10" cy="10" r="6.5" /><path d="M6.5 10h7" /></>,
  dotted: <circle cx="10" cy="10" r="6.5" strokeDasharray="2.6 2.5" />,
  dot: <circle cx="10" cy="10" r="5" fill="currentColor" />,
  flag: <path d="M5 17V3M5 4h10l-2.5 3.500L15 11H5" />,
  send: <path d="M3 10 17 4l-5 13-3-5z" />,
  drag: <path d="M8 5h.01M12 5h.01M8 10h.01M12 10h.01M8 15h.01M12 15h.01" strokeWidth="2.4" />,
  user: <><circle cx="10" cy="7" r="3" /><path d="M4 17c.6-3.5 3-5 6-5s5.4 1.5 6 5" /></>,
  logout: <path d="M8 4H4v12h4M12 6l4 4-4 4M16 10H8" />,
  mail: <path d="M3 5h14v10H3zM3 6l7 5 7-5" />,
  download: <path d="M10 3v9m-4-4 4 4 4-4M4 16h12" />,
  upload: <path d="M10 13V4M6 8l4-4 4 4M4 16h12" />,
  collapse: <path d="M4 4v12M16 10H8m3-3-3 3 3 3" />,
  expand: <path d="M4 4v12M8 10h8m-3-3 3 3-3 3" />,
  globe: <><circle cx="10" cy="10" r="7" /><path d="M3 10h14M10 3c2.5 2 2.5 12 0 14M10 3c-2.5 2-2.5 12 0 14" /></>,
  variable: <path d="M7 4c-2 0-2 1.5-2 3s0 3-2 3c2 0 2 1.5 2 3s0 3 2 3M13 4c2 0 2 1.5 2 3s0 3 2 3c-2 0-2 1.5-2 3s0 3-2 3" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof paths

export interface IconProps {
  name: IconName
  /** In pixels; 18 when left out. */
  size?: number
  /** What it says to those who do not see it; without it the icon is an ornament. */
  label?: string
  className?: string
}

export function Icon({ name, size = 18, label, className }: IconProps) {
  return (
    <svg
      viewBox="0 0 20 20"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      className={className}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : true}
      focusable="false"
      // Beside text an icon must not be squeezed.
      style={{ flex: 'none', display: 'block' }}
    >
      {paths[name]}
    </svg>
  )
}
