# One image for every process of Kronos; compose.yaml says what each container runs.
FROM node:24-bookworm-slim AS build
WORKDIR /kronos
COPY . .
# The bootstrap installs and generates; asking for help makes it do only that.
RUN node apps/kronos/bootstrap.mjs apps/kronos/src/main.ts --help

FROM node:24-bookworm-slim
WORKDIR /kronos
ENV NODE_ENV=production KRONOS_HOME=/var/lib/kronos KRONOS_HOST=0.0.0.0 PATH=/kronos/node_modules/.bin:$PATH
COPY --from=build /kronos /kronos
# Volumes take over the owner of the folder that they are mounted on.
RUN useradd --system kronos && install --directory --owner=kronos --mode=700 /var/lib/kronos /var/lib/kronos-public /var/lib/kronos-master /var/lib/kronos-backups
USER kronos
# What a start alone has needed is given back after it.
ENTRYPOINT ["node", "--expose-gc"]
