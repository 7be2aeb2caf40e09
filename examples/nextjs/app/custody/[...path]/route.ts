import { openCustody } from '../../../custody.ts'

async function handle(request: Request): Promise<Response> {
  const custody = await openCustody()
  return custody(request)
}

export { handle as GET, handle as HEAD, handle as POST, handle as PUT, handle as PATCH, handle as DELETE }
