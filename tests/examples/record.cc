// Watches by the example's loop and writes what it sees, a word and proto JSON a line, for tests/examples/test_cpp.py.
//
//   record HOST:PORT NAME RESUME_ID

#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <csignal>
#include <iostream>

#include "watching.h"

namespace {

std::atomic<bool> stopping{false};

std::string Json(const google::protobuf::Message& message) {
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json).ok()) throw std::runtime_error("no JSON");
  return json;
}

}  // namespace

int main(int, char** argv) {
  auto service = resumate::v1::ResumeService::NewStub(grpc::CreateChannel(argv[1], grpc::InsecureChannelCredentials()));
  resumate::Watch watch(service.get(), argv[3], /*follow=*/true, /*heartbeat_s=*/1);
  watch.observer.opened = [](const auto& request) { std::cout << "opened " << Json(request) << std::endl; };
  watch.observer.update = [](const auto& update) { std::cout << "update " << Json(update) << std::endl; };
  watch.observer.closed = [](const auto& status) { std::cout << "closed " << status.error_code() << std::endl; };
  std::signal(SIGTERM, [](int) { stopping = true; });
  std::thread stop([&watch] {
    while (!stopping) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::cerr << "verified " << watch.verified() << " events" << std::endl;
    _exit(0);
  });
  try {
    watch.Run([](const auto&) { return true; });
  } catch (const resumate::WatchError& error) {
    std::cerr << error.what() << std::endl;
    _exit(1);
  }
  stop.join();
}
