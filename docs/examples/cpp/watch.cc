// Watches a résumé through restarts of the server and prints its events, each verified by the log's digest.
//
//   make && ./watch RESUME_ID [host:port]

#include <iostream>

#include "watching.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: watch RESUME_ID [host:port]\n";
    return 2;
  }
  auto channel = grpc::CreateChannel(argc > 2 ? argv[2] : "127.0.0.1:50051", grpc::InsecureChannelCredentials());
  auto service = resumate::v1::ResumeService::NewStub(channel);
  resumate::Watch watch(service.get(), argv[1]);
  try {
    watch.Run([](const resumate::v1::ProgressEvent& event) {
      std::cout << event.sequence() << ' ' << event.percent() << "% " << event.message() << std::endl;
      return true;
    });
  } catch (const resumate::WatchError& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  std::cerr << "verified " << watch.verified() << " events\n";
}
