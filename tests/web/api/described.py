"""A host with something of everything, to be asked from outside: ``python -m tests.web.api.described BACKEND FOLDER``."""

import sys

from pydantic import BaseModel

from corner_host import Host, JobClient
from corner_host.jobs import RetryPolicy


class Order(BaseModel):
    """A payload."""

    number: int


async def handle(job: Order) -> None:
    """Fail for odd numbers."""
    if job.number % 2:
        raise ValueError("odd")


async def put(client: JobClient) -> None:
    """Put some jobs when the host has started."""
    await client.enqueue_many([Order(number=each) for each in range(6)])
    print("ready", flush=True)


def main(backend: str, folder: str) -> None:
    """Run the host."""
    builder = Host.create_empty_builder()
    builder.use_environment("Development").use_content_root(folder)
    builder.configuration.add_in_memory_collection(
        {
            "Jobs:Engine": "memory",
            "Operations:StateDirectory": folder,
            "Operations:Socket:Path": f"{folder}/h.sock",
            "Payment:ApiKey": "s3cret",
        }
    )
    services = builder.services
    services.add_background_jobs(builder.configuration)
    services.add_jobs(builder.configuration)
    services.add_job_handler(Order, handle, name="order", retry=RetryPolicy(max_attempts=1))
    services.add_recurring_job("daily", Order(number=2), every=86_400)
    services.add_operations(builder.configuration)
    builder.add_hosted_service(put)
    builder.build().run(backend=backend)


if __name__ == "__main__":
    main(*sys.argv[1:])
