// Asks one URL, for a container's health check: images of Node have no curl. Exit code 0 when it answers with success.
const isHealthy = await fetch(process.argv[2]).then(
  (response) => response.ok,
  () => false,
);
process.exit(isHealthy ? 0 : 1);
