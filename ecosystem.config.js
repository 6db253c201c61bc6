/**
 * Parley under PM2: `pm2 start ecosystem.config.js`, `pm2 reload parley` for a new version (docs/operations.md). Settings come from
 * `.env` or the environment, as without PM2.
 */
module.exports = {
  apps: [
    {
      name: 'parley',
      script: 'dist/index.js',
      cwd: __dirname,
      env: { NODE_ENV: 'production' },
      // The server says when it listens, and ends in order within 5 seconds of a signal.
      wait_ready: true,
      listen_timeout: 60_000,
      kill_timeout: 6_000,
      // A server that cannot start, for a setting that is wrong, is not started again and again without a pause.
      exp_backoff_restart_delay: 500,
      max_memory_restart: '1500M',
      // The log has times of its own.
      time: false,
      merge_logs: true,
    },
  ],
};
