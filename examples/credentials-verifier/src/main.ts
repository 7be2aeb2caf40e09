import { loadCertificates } from './certificates.ts'
import { createShop } from './shop.ts'

const port = Number(process.env['PORT'] ?? 3000)
const publicUrl = process.env['PUBLIC_URL'] ?? `http://localhost:${port}`
const certificates = await loadCertificates('certificates.json')
createShop(publicUrl, certificates).listen(port, (error) => {
  if (error !== undefined) throw error
  console.log(`${publicUrl}/`)
})
