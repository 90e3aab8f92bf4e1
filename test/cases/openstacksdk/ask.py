"""What the openstack client's own library makes of folders and variables: cases as JSON in, its answers as JSON out."""
import importlib
import json
import os
import sys
import warnings

warnings.simplefilter("ignore")
from openstack.config import loader  # noqa: E402

AUTH = (
    "auth_url username user_id password passcode token project_name project_id user_domain_name user_domain_id"
    " project_domain_name project_domain_id default_domain_name default_domain_id application_credential_id"
    " application_credential_name application_credential_secret"
).split()


def answer(case):
    os.environ.clear()
    os.environ.update(case["env"])
    os.chdir(case["cwd"])
    # It looks for its folders when it is loaded.
    importlib.reload(loader)
    try:
        config = loader.OpenStackConfig()
        names = sorted(config.get_cloud_names())
        cloud = config.get_one(case["cloud"])
    except Exception as error:
        return {"error": type(error).__name__}
    auth = cloud.config["auth"]
    verify, cert = cloud.get_requests_verify_args()
    return {
        "name": cloud.name,
        "names": names,
        "source": config.config_filename,
        "region": cloud.config.get("region_name") or None,
        "interface": cloud.get_interface("network"),
        "auth": {key: auth[key] for key in AUTH if auth.get(key)},
        "verify": verify,
        "cert": cert,
        "network": cloud.get_endpoint("network"),
        "compute": cloud.get_endpoint("compute"),
    }


json.dump([answer(case) for case in json.load(sys.stdin)], sys.stdout)
