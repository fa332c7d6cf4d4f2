// The parts of parity_driver; each refuses what it does not understand by an exception.
#pragma once
#include <string>

namespace roformer::parity {

/// encoding.cpp
void run_encoding(const std::string& options, const std::string& inputs, const std::string& out);

/// training.cpp
void train_on(const std::string& folder, const std::string& batches, const std::string& out);

/// similarity.cpp
void similarity_losses(const std::string& inputs, const std::string& out);

/// fork_server.cpp
void serve();

/// The command line of parity_driver itself. Returns its exit status.
int run_driver(int argc, char** argv);

}  // namespace roformer::parity
