"""Makes the calls that its argument lists, as JSON, with OTC's own SDK, and prints what each gave, as JSON too.

A call is [service, method, arguments by name]: ["vpc", "create_vpc", {"name": "v", "cidr": "10.0.0.0/8"}].
"$0" among the arguments is what the first call gave, "$0.id" its field `id`.
An error of the cloud is given as {"error": text, "status": HTTP status}, and the next call is made.
"""

import json
import sys

import openstack
from openstack import exceptions, resource
from requests import Response


def argument(wish, given):
    if isinstance(wish, dict):
        return {name: argument(each, given) for name, each in wish.items()}
    if not (isinstance(wish, str) and wish.startswith("$")):
        return wish
    index, _, field = wish[1:].partition(".")
    return given[int(index)][field] if field else given[int(index)]


def call(connection, service, method, arguments):
    result = getattr(getattr(connection, service), method)(**arguments)
    if isinstance(result, Response):
        exceptions.raise_from_response(result)
        return result.json() if result.content else None
    if result is None or isinstance(result, (resource.Resource, dict)):
        return result
    return list(result)


def plain(result):
    if isinstance(result, list):
        return [plain(each) for each in result]
    if isinstance(result, resource.Resource):
        return {name: each for name, each in result.to_dict().items() if name != "location"}
    return result


def main():
    connection = openstack.connect()
    given = []
    for service, method, wish in json.loads(sys.argv[1]):
        try:
            given.append(call(connection, service, method, argument(wish, given)))
        except exceptions.HttpException as error:
            given.append({"error": str(error), "status": error.status_code})
    json.dump([plain(each) for each in given], sys.stdout)


main()
