/**
 * The stand-in for azure-native as a plugin of the Pulumi engine: prints its port and serves until it is ended. It is told
 * where ARM is by `FAKE_ARM_URL`, and how long to wait by `FAKE_ARM_RETRY_MS` and `FAKE_ARM_POLL_MS`;
 * `FAKE_ARM_CREDENTIAL=none` leaves it without an identity.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { providerService } from "./service";

/** Version that it gives itself. */
const VERSION = "3.28.0";

/** Messages may hold documents of any size, as in the real provider. */
const LIMITS = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

const { FAKE_ARM_URL, FAKE_ARM_RETRY_MS, FAKE_ARM_POLL_MS, FAKE_ARM_CREDENTIAL } = process.env;

const server = new Server(LIMITS);
server.addService(
  ResourceProviderService,
  providerService(
    {
      url: FAKE_ARM_URL ?? "",
      retryDelay: Number(FAKE_ARM_RETRY_MS ?? 20_000),
      pollDelay: Number(FAKE_ARM_POLL_MS ?? 10_000),
      credential: FAKE_ARM_CREDENTIAL !== "none",
    },
    VERSION,
  ),
);
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error;
  // The engine reads the port from the first line.
  console.log(port);
});
