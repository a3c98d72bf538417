// Every page of the product is one entry; the HTTP app serves what comes out.
import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/",
  build: {
    outDir: "../serving/http/static",
    emptyOutDir: true,
    // Pages run under a policy that allows no data: address and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: "licenses.md" },
    rolldownOptions: {
      input: [
        "console.html",
        "interview.html",
        "lobby.html",
        "review.html",
        "try/faces.html",
        "try/liveness.html",
      ],
    },
  },
  server: {
    // `npm run dev` beside `smartbranch serve`.
    host: "127.0.0.1",
    proxy: { "/v1": { target: "http://127.0.0.1:8080", ws: true } },
  },
});
