import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { whenLoggedOut } from '@/api/client'
import { keys, newQueryClient, sessionQuery } from '@/api/queries'
import { UiProvider } from '@/ui'
import { newRouter } from './router'

const queries = newQueryClient()
const router = newRouter(queries)

whenLoggedOut(() => {
  // The session ended elsewhere: asked again, the frame of the open page shows the way back in.
  void queries.invalidateQueries({ queryKey: keys.session })
})

// Every page begins with this question: it is on its way while the texts are fetched.
void queries.prefetchQuery(sessionQuery)

export function App() {
  return (
    <UiProvider>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </UiProvider>
  )
}
