import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { whenLoggedOut } from '@/api/client'
import { keys, newQueryClient } from '@/api/queries'
import { UiProvider } from '@/ui'
import { newRouter } from './router'

const queries = newQueryClient()
const router = newRouter(queries)

whenLoggedOut(() => {
  // The session ended elsewhere: the next page of ours asks who we are, and shows the way in.
  void queries.invalidateQueries({ queryKey: keys.session }).then(() => router.invalidate())
})

export function App() {
  return (
    <UiProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </UiProvider>
  )
}
