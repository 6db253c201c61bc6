# Builds with the compiler, runs without it. Settings come from the environment; see docs/operations.md.
FROM node:20.20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts/build-if-stale.cjs scripts/
COPY src src
RUN node scripts/build-if-stale.cjs && npm prune --omit=dev --no-audit --no-fund

FROM node:20.20-bookworm-slim
# dumb-init passes signals on and buries children; ffmpeg looks into sound and video.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends dumb-init ffmpeg \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production \
    DATA_DIR=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY scripts/build-if-stale.cjs scripts/
COPY src/web src/web
COPY swagger swagger
RUN mkdir /data && chown node:node /data
VOLUME /data
# The user `node` of the base image, by number so that a platform can see that it is not root.
USER 1000:1000
EXPOSE 3000
# 127.0.0.1 and not localhost, which may be ::1 first.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 3000) + '/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["dumb-init", "--"]
CMD ["node", "dist/index.js"]
