// Main module of a worker process: programs run here, so that one that hangs, leaks or exits costs only its own run.
import "../lazyModules";
import { createRunner } from "./runner";
import { serve } from "./serve";

serve(createRunner);
