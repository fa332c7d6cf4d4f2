#include "roformer/base/log.h"

#include <spdlog/sinks/stdout_color_sinks.h>

#include <memory>

namespace roformer::base {

void set_up_log() {
  // Not by the registry, which refuses a name that it has: this may be called again.
  auto logger = std::make_shared<spdlog::logger>(
      "roformer", std::make_shared<spdlog::sinks::stderr_color_sink_st>());
  logger->set_pattern("%^%l%$: %v");
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace roformer::base
