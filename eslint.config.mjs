// Type-checked rules for every TypeScript file, and the direction of imports between the rooms of the project.
import eslint from "@eslint/js";
import boundaries from "eslint-plugin-boundaries";
import tseslint from "typescript-eslint";

const rooms = ["spec", "components", "provider", "stack", "watcher", "dev", "test"];

/** Which rooms a room may import. */
const mayImport = {
  spec: ["spec"],
  components: ["components", "spec"],
  // A process of its own, which the engine starts.
  provider: ["provider"],
  stack: ["stack", "components", "spec"],
  watcher: ["watcher", "stack", "components", "spec"],
  dev: ["dev", "watcher", "stack", "components", "spec"],
  test: rooms,
};

export default tseslint.config(
  { ignores: ["dist/", "coverage/", "node_modules/"] },
  eslint.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
      "max-params": ["error", 5],
      complexity: ["error", 15],
      eqeqeq: "error",
      "no-console": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      // The Kubernetes client declares its models as classes and takes plain objects.
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    plugins: { boundaries },
    settings: {
      "import/resolver": { typescript: true },
      "boundaries/include": ["**/*.ts"],
      "boundaries/ignore": ["index.ts"],
      "boundaries/elements": rooms.map((room) => ({
        type: room,
        pattern: `${room}/**`,
        partialMatch: false,
      })),
    },
    rules: {
      "boundaries/no-unknown-dependencies": "error",
      "boundaries/no-unknown-files": "error",
      "boundaries/dependencies": [
        "error",
        {
          default: "disallow",
          policies: Object.entries(mayImport).map(([from, allow]) => ({
            from: { element: { type: from } },
            allow: { to: { element: { type: allow } } },
          })),
          message: "imports point left only: watcher → stack → components → spec",
        },
      ],
    },
  },
  {
    files: ["spec/**/*.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["@pulumi/*", "@kubernetes/*"] }] },
  },
  {
    // A component knows nothing of the process it runs in.
    files: ["components/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", { patterns: ["@kubernetes/*", "node:*"] }],
      "no-restricted-properties": ["error", { object: "process", property: "env" }],
    },
  },
  {
    // The static program stands beside `watcher`.
    files: ["index.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: ["./watcher*", "./dev*", "./test*"] }] },
  },
  {
    files: ["test/**/*.ts", "dev/**/*.ts"],
    rules: {
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "max-lines-per-function": "off",
      "no-console": "off",
    },
  },
  { files: ["**/*.mjs"], ...tseslint.configs.disableTypeChecked },
);
